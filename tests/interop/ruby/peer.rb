# SPDX-License-Identifier: Apache-2.0
# ruby-jwt behind JSON lines: one request per line in, one answer per line out (see peers.py).
require 'json'
require 'jwt'
require 'securerandom'

CURVES = { 'ES256' => 'prime256v1', 'ES256K' => 'secp256k1', 'ES384' => 'secp384r1', 'ES512' => 'secp521r1' }.freeze

# No JWKs: under OpenSSL 3 this version cannot build key objects from numbers.
def key_of(request)
  request['form'] == 'text' ? request['key'] : OpenSSL::PKey.read(request['key'])
end

def generate(request)
  return { private: SecureRandom.alphanumeric(64), public: nil } if request['alg'].start_with?('HS')

  curve = CURVES[request['alg']]
  key = curve ? OpenSSL::PKey::EC.generate(curve) : OpenSSL::PKey::RSA.new(2048)
  { private: key.to_pem, public: key.public_to_pem }
end

def perform(request)
  case request['operation']
  when 'generate' then generate(request)
  when 'sign' then JWT.encode(JSON.parse(request['payload']), key_of(request), request['alg'], request['header'])
  when 'verify'
    JSON.generate(JWT.decode(request['token'], key_of(request), true, { algorithm: request['alg'] })[0])
  end
end

$stdout.sync = true
$stdin.each_line do |line|
  answer = begin
    { result: perform(JSON.parse(line)) }
  rescue StandardError => e
    { refused: "#{e.class}: #{e.message}" }
  end
  puts JSON.generate(answer)
end
