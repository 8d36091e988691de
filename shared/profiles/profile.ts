import { z } from 'zod';

/** Codecs of pictures, in the order in which they are encoded and listed. */
export const CODECS = ['h264', 'hevc', 'vp9', 'av1'] as const;
export type Codec = (typeof CODECS)[number];

/** Short sides, in pixels, that a ladder may have. */
export const RUNGS = [2160, 1440, 1080, 720, 480, 360, 240] as const;
export type RungSide = (typeof RUNGS)[number];

/** Short side, in pixels, that a file for sharing has at most. */
export const MP4_MAX_SHORT = 720;

const rungSchema = z.union(RUNGS.map((side) => z.literal(side)));

/** What is made of a video: which codecs, and in which sizes. H.264 is in every profile, since everything plays it. */
const settingsSchema = z
  .strictObject({
    codecs: z
      .array(z.enum(CODECS))
      .refine((codecs) => codecs.includes('h264'), 'must include h264, which every player can play')
      .refine((codecs) => new Set(codecs).size === codecs.length, 'must not name a codec twice'),
    /** Short sides offered; what is larger than the source is left out, and nothing is larger than the largest of them. */
    rungs: z.array(rungSchema).min(1),
    /** Also one file for sharing: H.264 of at most 720 lines. */
    mp4: z.boolean().default(false),
  })
  .refine(({ mp4, rungs }) => !mp4 || rungs.some((rung) => rung <= MP4_MAX_SHORT), {
    path: ['mp4'],
    message: `needs a rung of at most ${MP4_MAX_SHORT}`,
  });

export interface Profile extends z.infer<typeof settingsSchema> {
  name: string;
}

/** All profiles by name. */
export type Profiles = ReadonlyMap<string, Profile>;

export const profileNameSchema = z.string().regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be the name of a profile');

const fileSchema = z.record(profileNameSchema, settingsSchema);

const BUILT_IN = {
  /** Ready soonest: H.264 alone, which every player plays. */
  fast: { codecs: ['h264'], rungs: [1080, 720, 480, 360, 240], mp4: false },
  /** AV1 halves the bytes for two thirds of today's players, and doubles the work. */
  web: { codecs: ['h264', 'av1'], rungs: [2160, 1080, 720, 480, 360, 240], mp4: false },
  /** HEVC for devices that play it by hardware and no AV1; every size. */
  max: { codecs: ['h264', 'hevc', 'av1'], rungs: [...RUNGS], mp4: false },
} as const satisfies Record<string, { codecs: readonly Codec[]; rungs: readonly RungSide[]; mp4: boolean }>;

export const BUILT_IN_PROFILES = Object.keys(BUILT_IN) as (keyof typeof BUILT_IN)[];

/** Of a video whose request names none. */
export const DEFAULT_PROFILE = 'web';

/**
 * The built-in profiles, and those of a file's text, which may also replace built-in ones.
 * @throws Error naming every wrong field
 */
export function parseProfiles(json: unknown = {}): Profiles {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`);
    throw new Error(`the profiles are wrong: ${problems.join('; ')}`);
  }
  const all = { ...BUILT_IN, ...parsed.data };
  return new Map(Object.entries(all).map(([name, settings]) => [name, profileOf(name, settings)]));
}

function profileOf(
  name: string,
  { codecs, rungs, mp4 }: { codecs: readonly Codec[]; rungs: readonly RungSide[]; mp4: boolean },
): Profile {
  return {
    name,
    codecs: CODECS.filter((codec) => codecs.includes(codec)),
    rungs: RUNGS.filter((rung) => rungs.includes(rung)),
    mp4,
  };
}
