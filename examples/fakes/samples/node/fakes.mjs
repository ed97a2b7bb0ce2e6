// Starts the fakes for a test suite, and calls their control API.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

// start runs the fakes on free ports. FAKES names the program; without it Go builds it from this
// repository.
export async function start() {
  const folder = mkdtempSync(join(tmpdir(), "fakes-"));
  const program = process.env.FAKES ?? join(folder, "fakes");
  if (!process.env.FAKES) execFileSync("go", ["build", "-o", program, "../.."]);
  const child = spawn(program, ["-base-port", "0", "-control"], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await Promise.race([
    once(createInterface({ input: child.stdout }), "line"),
    once(child, "exit").then(([code]) => { throw new Error(`the fakes ended with ${code}`); }),
  ]);
  const ready = JSON.parse(line); // one line, once everything listens

  // control calls the API: a method, a path below /control/v1 and a body.
  const control = async (method, path, body = {}) => {
    const answer = await fetch(`${ready.control.url}/control/v1/${path}`, {
      method,
      headers: { "content-type": "application/json" },
      body: method === "GET" ? undefined : JSON.stringify(body),
    });
    const said = answer.status === 204 ? null : await answer.json();
    if (!answer.ok) throw new Error(`${method} ${path}: ${said.detail}`);
    return said;
  };
  const stop = async () => {
    child.kill("SIGTERM");
    await once(child, "exit");
    rmSync(folder, { recursive: true });
  };
  return { ready, control, stop };
}
