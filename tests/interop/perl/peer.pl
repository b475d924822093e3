# SPDX-License-Identifier: Apache-2.0
# Crypt::JWT behind JSON lines: one request per line in, one answer per line out (see peers.py).
use strict;
use warnings;
use Crypt::JWT qw(encode_jwt decode_jwt);
use Crypt::PK::ECC;
use Crypt::PK::Ed25519;
use Crypt::PK::RSA;
use Crypt::PRNG qw(random_bytes);
use Encode qw(decode_utf8 encode_utf8);
use JSON::PP;
use MIME::Base64 qw(encode_base64url);

my %curves = (ES256 => 'secp256r1', ES256K => 'secp256k1', ES384 => 'secp384r1', ES512 => 'secp521r1');

sub key_of {
    my ($request) = @_;
    my $text = $request->{key};
    return \$text if $request->{form} eq 'pem';
    return decode_json($text);
}

sub generate {
    my ($request) = @_;
    my $alg = $request->{alg};
    if ($alg =~ /^HS/) {
        my $secret = encode_base64url(random_bytes(64));
        return { private => encode_json({ kty => 'oct', k => $secret }), public => undef };
    }
    my $key;
    if ($curves{$alg}) {
        $key = Crypt::PK::ECC->new;
        # Its PEM leaves out the leading zeros that RFC 5915 wants, so only keys without any can be exchanged.
        do { $key->generate_key($curves{$alg}) } while $key->key2hash->{k} =~ /^00/;
    }
    elsif ($alg eq 'EdDSA') { $key = Crypt::PK::Ed25519->new; $key->generate_key }
    else { $key = Crypt::PK::RSA->new; $key->generate_key(256, 65537) }
    if ($request->{form} eq 'pem') {
        return { private => private_pem($alg, $key), public => public_pem($alg, $key) };
    }
    my @halves = map { $key->export_key_jwk($_) } qw(private public);
    # The name the curve had before RFC 8812.
    s/"P-256K"/"secp256k1"/ for @halves;
    return { private => $halves[0], public => $halves[1] };
}

sub private_pem {
    my ($alg, $key) = @_;
    return $key->export_key_pem('private_short') if $curves{$alg};
    my $pem = $key->export_key_pem('private');
    # PKCS#8 under a label that no standard has.
    $pem =~ s/ED25519 PRIVATE KEY/PRIVATE KEY/g;
    return $pem;
}

sub public_pem {
    my ($alg, $key) = @_;
    return $key->export_key_pem($curves{$alg} ? 'public_short' : $alg eq 'EdDSA' ? 'public' : 'public_x509');
}

sub perform {
    my ($request) = @_;
    my $operation = $request->{operation};
    return generate($request) if $operation eq 'generate';
    if ($operation eq 'sign') {
        return encode_jwt(
            payload => encode_utf8($request->{payload}), key => key_of($request), alg => $request->{alg},
            extra_headers => $request->{header},
        );
    }
    # What was signed are bytes; what travels in JSON are characters.
    return decode_utf8(decode_jwt(
        token => $request->{token}, key => key_of($request), accepted_alg => $request->{alg}, decode_payload => 0,
    ));
}

$| = 1;
while (my $line = <STDIN>) {
    my $result = eval { perform(decode_json($line)) };
    my $answer = $@ ? { refused => "$@" } : { result => $result };
    print JSON::PP->new->ascii->encode($answer), "\n";
}
