// SPDX-License-Identifier: Apache-2.0
// The npm package jose behind JSON lines: one request per line in, one answer per line out (see peers.py).
import * as jose from 'jose'
import { createInterface } from 'node:readline'

const text = new TextDecoder()
const bytes = new TextEncoder()

async function keyOf (request, half) {
  const given = request.key
  if (request.form === 'pem') {
    return half === 'private' ? jose.importPKCS8(given, request.alg) : jose.importSPKI(given, request.alg)
  }
  return jose.importJWK(JSON.parse(given), request.alg)
}

function headed (builder, request) {
  return builder.setProtectedHeader({ alg: request.alg, ...request.header })
}

const operations = {
  async sign (request) {
    const key = await keyOf(request, 'private')
    return new jose.CompactSign(bytes.encode(request.payload))
      .setProtectedHeader({ alg: request.alg, ...request.header }).sign(key)
  },
  async verify (request) {
    const options = { algorithms: [request.alg] }
    const found = await jose.compactVerify(request.token, await keyOf(request, 'public'), options)
    return text.decode(found.payload)
  },
  async generate (request) {
    if (request.alg.startsWith('HS')) {
      const secret = await jose.generateSecret(request.alg, { extractable: true })
      return { private: JSON.stringify(await jose.exportJWK(secret)), public: null }
    }
    const pair = await jose.generateKeyPair(request.alg, { extractable: true })
    if (request.form === 'pem') {
      return { private: await jose.exportPKCS8(pair.privateKey), public: await jose.exportSPKI(pair.publicKey) }
    }
    const halves = [pair.privateKey, pair.publicKey].map(async (half) => JSON.stringify(await jose.exportJWK(half)))
    const [mine, theirs] = await Promise.all(halves)
    return { private: mine, public: theirs }
  },
  async sign_json (request) {
    const builder = new jose.GeneralSign(bytes.encode(request.payload))
    for (const one of request.signatures) {
      headed(builder.addSignature(await keyOf(one, 'private')), one)
    }
    return builder.sign()
  },
  async verify_json (request) {
    const found = await jose.generalVerify(request.token, await keyOf(request, 'public'))
    return text.decode(found.payload)
  },
  async sign_flattened (request) {
    const key = await keyOf(request, 'private')
    return headed(new jose.FlattenedSign(bytes.encode(request.payload)), request).sign(key)
  },
  async verify_flattened (request) {
    const found = await jose.flattenedVerify(request.token, await keyOf(request, 'public'))
    return text.decode(found.payload)
  },
  async thumbprint (request) {
    return jose.calculateJwkThumbprint(JSON.parse(request.key))
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line)
  let answer
  try {
    answer = { result: await operations[request.operation](request) }
  } catch (error) {
    answer = { refused: `${error.code ?? error.name}: ${error.message}` }
  }
  process.stdout.write(JSON.stringify(answer) + '\n')
}
