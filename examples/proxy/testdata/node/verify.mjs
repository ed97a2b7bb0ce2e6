import { createRemoteJWKSet, jwtVerify } from 'jose'

const address = process.env.PUBLIC_URL // public_url of the proxy
const keys = createRemoteJWKSet(new URL(address + '/.dkeid/jwks.json'))

// identityOf returns who sent a request, or null for nobody. It throws if the proxy did not sign it.
export async function identityOf(request) {
  const token = request.headers['x-dkeid-identity']
  if (!token) return null
  const { payload } = await jwtVerify(token, keys, {
    issuer: address, audience: address, algorithms: ['ES256'], typ: 'dkeid-identity+jwt', requiredClaims: ['sub', 'exp'],
  })
  return payload
}
