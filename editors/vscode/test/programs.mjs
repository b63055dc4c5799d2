// The programs whose output the tests read: `vittec` and `vitte`, at the paths in VITTEC and VITTE, or on the path.

import { spawnSync } from "node:child_process";

export const VITTEC = process.env.VITTEC ?? "vittec";
export const VITTE = process.env.VITTE ?? "vitte";

/** Runs a program and returns both of its streams. */
export function run(program, args, { cwd, input } = {}) {
  const env = { ...process.env, LC_ALL: "C", NO_COLOR: "1" };
  const result = spawnSync(program, args, { cwd, input, env, encoding: "utf8", timeout: 60_000 });
  if (result.error) {
    throw new Error(`cannot run ${program}: ${result.error.message}: set VITTEC and VITTE to the built programs`);
  }
  return result;
}

export function isInstalled(program) {
  return spawnSync(program, ["--version"]).status === 0;
}
