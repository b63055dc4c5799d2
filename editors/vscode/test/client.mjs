// A client of a language server that records every message. It writes the framing itself: the messages are checked as they
// were sent, not as a library has read them.

import { spawn } from "node:child_process";

/** The longest wait in milliseconds. Nothing takes as long unless it is wrong. */
const LIMIT = Number(process.env.TEST_LIMIT ?? 60_000);

/** The servers that run. Node would wait for their end. */
const running = new Set();

/** Ends the servers that a failed test has left. */
export function killAll() {
  running.forEach((server) => server.kill("SIGKILL"));
}

export class Client {
  /** The messages of the server, each with the method of the request that a response answers. */
  messages = [];
  stderr = "";
  #requests = new Map();
  #waiting = new Set();
  #bytes = Buffer.alloc(0);

  /** `answers` maps the method of each request of the server to a function that returns the result. */
  constructor(command, { cwd, answers = {} }) {
    this.answers = answers;
    this.process = spawn(command[0], command.slice(1), { cwd, stdio: "pipe" });
    running.add(this.process);
    this.process.stdout.on("data", (bytes) => this.#read(bytes));
    this.process.stderr.on("data", (bytes) => (this.stderr += bytes));
    this.exit = new Promise((resolve, reject) => {
      this.process.on("error", (error) => reject(new Error(`cannot run ${command[0]}: ${error.message}`)));
      this.process.on("exit", (code, signal) => {
        running.delete(this.process);
        resolve(signal ?? code);
      });
    });
    this.exit.catch(() => {});
  }

  #send(message) {
    const content = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    this.process.stdin.write(`Content-Length: ${content.length}\r\n\r\n`);
    this.process.stdin.write(content);
  }

  #read(bytes) {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    for (;;) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      const length = /^Content-Length: (\d+)$/im.exec(this.#bytes.toString("latin1", 0, end).replaceAll("\r", ""))?.[1];
      if (length === undefined) {
        throw new Error(`a header without a length: ${this.#bytes.toString("latin1", 0, end)}`);
      }
      const next = end + 4 + Number(length);
      if (this.#bytes.length < next) {
        return;
      }
      this.#receive(JSON.parse(this.#bytes.toString("utf8", end + 4, next)));
      this.#bytes = this.#bytes.subarray(next);
    }
  }

  #receive(message) {
    const isResponse = message.method === undefined;
    this.messages.push({ message, method: isResponse ? this.#requests.get(message.id) : message.method });
    if (!isResponse && message.id !== undefined) {
      this.#send({ id: message.id, result: this.answers[message.method]?.(message.params) ?? null });
    }
    this.#waiting.forEach((check) => check());
  }

  notify(method, params) {
    this.#send({ method, params });
  }

  /** Sends a request, and returns its result. An error is thrown. */
  async request(method, params) {
    const id = this.#requests.size + 1;
    this.#requests.set(id, method);
    this.#send({ id, method, params });
    const { message } = await this.wait(`the response to ${method}`, ({ message }) => message.id === id && !message.method);
    if (message.error !== undefined) {
      throw Object.assign(new Error(`${method}: ${message.error.message}`), message.error);
    }
    return message.result;
  }

  /** Waits for a message of the server after the first `from` ones. */
  async wait(what, condition, from = 0) {
    let check;
    let timer;
    const found = new Promise((resolve, reject) => {
      check = () => {
        const found = this.messages.slice(from).find(condition);
        if (found !== undefined) {
          resolve(found);
        }
      };
      const fail = (why) => reject(new Error(`${what}: ${why}\n${this.stderr}`));
      timer = setTimeout(() => fail(`not after ${LIMIT / 1000} seconds`), LIMIT);
      this.exit.then((code) => fail(`the server ended with ${code}`), reject);
      this.#waiting.add(check);
      check();
    });
    try {
      return await found;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(check);
    }
  }

  /** Ends the session in order. Returns the exit code of the server. */
  async end() {
    await this.request("shutdown");
    this.notify("exit");
    return this.exit;
  }
}
