export {
  BUILT_IN_PROFILES,
  CODECS,
  type Codec,
  DEFAULT_PROFILE,
  MP4_MAX_SHORT,
  type Profile,
  type Profiles,
  parseProfiles,
  profileNameSchema,
  type RungSide,
} from './profile.ts';
export { readProfiles } from './read.ts';
