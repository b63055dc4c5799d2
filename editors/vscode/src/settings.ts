/** The settings, from the values that VS Code has for them. Nothing here needs VS Code, so tests call it directly. */

/** A program, its arguments and its working directory. */
export interface Command {
  program: string;
  args: string[];
}

/** A language id, or a glob pattern for paths. Both may be given. */
export interface Documents {
  language?: string;
  pattern?: string;
  scheme: string;
}

/** What a setting should be, for the user who has to correct it. */
export class SettingError extends Error {}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * Reads `vitte.server.command`. `folder` is the path of the first folder of the workspace; a command that has
 * `${workspaceFolder}` needs it.
 */
export function readCommand(value: unknown, folder: string | undefined): Command {
  const isCommand = Array.isArray(value) && value.every((part) => typeof part === "string");
  const [program, ...args] = isCommand ? (value as string[]) : [];
  if (program === undefined || program.trim() === "") {
    throw new SettingError(
      'the setting "vitte.server.command" has no program: set a list such as ["vittec", "lsp"]',
    );
  }
  const replaced = [program, ...args].map((part) => {
    if (part.includes("${workspaceFolder}") && folder === undefined) {
      throw new SettingError(
        'the setting "vitte.server.command" has ${workspaceFolder}, but no folder is open: open one',
      );
    }
    return part.split("${workspaceFolder}").join(folder);
  });
  return { program: replaced[0] ?? program, args: replaced.slice(1) };
}

/** Reads `vitte.server.languages`: language ids, or objects with `language`, `pattern` and `scheme`. */
export function readLanguages(value: unknown): Documents[] {
  const listed = Array.isArray(value) ? value : [];
  const documents = listed.map((entry: unknown): Documents => {
    const { language, pattern, scheme } = isRecord(entry)
      ? entry
      : { language: entry, pattern: undefined, scheme: undefined };
    const isText = [language, pattern, scheme].every((text) => text === undefined || typeof text === "string");
    if (!isText || (!language && !pattern)) {
      throw new SettingError(
        `the setting "vitte.server.languages" has the entry ${JSON.stringify(entry)}: ` +
          'write a language id such as "c", or { "pattern": "**/*.my" }',
      );
    }
    return {
      ...(language ? { language: language as string } : {}),
      ...(pattern ? { pattern: pattern as string } : {}),
      scheme: typeof scheme === "string" ? scheme : "file",
    };
  });
  if (documents.length === 0) {
    throw new SettingError(
      'the setting "vitte.server.languages" is empty: set a list of language ids such as ["vitte"]',
    );
  }
  return documents;
}

/** The settings that a server asks for, in the section that has the name of its tool. */
const LEVELS = ["allow", "warn", "deny", "denyWarnings", "maxErrors"] as const;

/**
 * Returns the levels for one tool. `general` has the settings `vitte.allow` and so on, which go to every tool; `own`
 * has those of the section with the tool's name, such as `mycc.allow`, and they come first.
 */
export function levelsFor(general: unknown, own: unknown): Record<string, unknown> {
  const levels: Record<string, unknown> = {};
  for (const values of [general, own]) {
    for (const level of LEVELS) {
      if (isRecord(values) && values[level] !== undefined && values[level] !== null) {
        levels[level] = values[level];
      }
    }
  }
  return levels;
}
