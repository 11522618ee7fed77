// @tus/server from npm as a peer of our client: uploads under /v1/tep, and the log-in that our client expects.
import http from "node:http";
import { createRequire } from "node:module";
const require = createRequire(process.argv[2] + "/");
const { Server } = require("@tus/server");
const { FileStore } = require("@tus/file-store");
const tus = new Server({ path: "/v1/tep", relativeLocation: true, datastore: new FileStore({ directory: process.argv[3] }) });
const server = http.createServer((request, response) => {
  if (request.url === "/oauth2/token") {
    response.setHeader("Content-Type", "application/json");
    response.end(JSON.stringify({ access_token: "t", expires_in: 3600 }));
  } else tus.handle(request, response);
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
process.stdin.on("end", () => process.exit(0)).resume();
