// Preloaded into every program: what it serves, it serves to this machine alone, whatever it asks for.
const { Server } = require("node:net");

const listen = Server.prototype.listen;
Server.prototype.listen = function (first, ...rest) {
  const done = rest.filter((each) => typeof each === "function");
  if (typeof first === "number" || typeof first === "string") {
    return listen.call(this, { port: Number(first), host: "127.0.0.1" }, ...done);
  }
  if (first !== null && typeof first === "object" && "port" in first) {
    return listen.call(this, { ...first, host: "127.0.0.1" }, ...rest);
  }
  return listen.call(this, first, ...rest);
};
