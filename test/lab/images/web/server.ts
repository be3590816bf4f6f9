// What clients of the lab reach behind a Service: says which pod answered, on which node, and whom it saw.
import { createServer } from 'node:http'
import { hostname } from 'node:os'

const port = Number(process.env['PORT'] ?? 8080)
const pod = process.env['POD_NAME'] ?? hostname()
const node = process.env['NODE_NAME'] ?? 'unknown'

const server = createServer((request, response) => {
  const client = request.socket.remoteAddress?.replace(/^::ffff:/, '') ?? 'unknown'
  response.writeHead(200, { 'content-type': 'text/plain', connection: 'close' })
  response.end(`pod ${pod} node ${node} client ${client}\n`)
})
// No address given: both families.
server.listen(port, () => process.stdout.write(`listening on ${port}\n`))
process.on('SIGTERM', () => process.exit(0))
