import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findTools } from '@rushes/infra/testing';
import { makeClip } from '@rushes/shared/testing';
import { inject } from 'vitest';

const folder = () => join(inject('home'), 'clips');

/** @param seconds of the clip @param name of the file; the same name is made once */
export function clip(name: string, seconds: number, height = 240): Promise<string> {
  const width = Math.round((height * 16) / 9 / 2) * 2;
  return makeClip(findTools(process.env).ffmpeg, folder(), { name, seconds, width, height, rate: '25', audio: true });
}

export async function textFile(name: string): Promise<string> {
  const path = join(inject('home'), name);
  await writeFile(path, 'This is a text, whatever its name says.\n'.repeat(50));
  return path;
}
