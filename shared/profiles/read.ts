import { readFileSync } from 'node:fs';
import { parseJson } from '../json.ts';
import { type Profiles, parseProfiles } from './profile.ts';

/**
 * All profiles: the built-in ones and those of `PROFILES_FILE`, a JSON object of profiles by name.
 * @param path undefined: the built-in ones alone
 * @throws Error that names the file and what is wrong in it
 */
export function readProfiles(path: string | undefined): Profiles {
  if (path === undefined) return parseProfiles();
  try {
    const json = parseJson(readFileSync(path, 'utf8'));
    if (json === undefined) throw new Error('it is not JSON');
    return parseProfiles(json);
  } catch (error) {
    throw new Error(`PROFILES_FILE ${path}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}
