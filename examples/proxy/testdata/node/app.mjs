// An app that answers with the name of whoever asks, and prints its port.
import { createServer } from 'node:http'
import { identityOf } from './verify.mjs'

const server = createServer(async (request, response) => {
  try {
    const who = await identityOf(request)
    response.end(who ? who.name : 'nobody')
  } catch {
    response.writeHead(401).end('not signed')
  }
})
server.listen(0, '127.0.0.1', () => console.log(server.address().port))
