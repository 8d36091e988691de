export {
  type SegmentAnnouncement,
  segmentAnnouncementSchema,
  segmentSubject,
  videoOfSegmentSubject,
} from './announcement.ts';
export { type MediaArea, mediaFolder, segmentsFolder, sourceKey, uploadFolder, videoOfSourceKey } from './keys.ts';
export {
  allSegments,
  type Keyframe,
  type Segment,
  type Track,
  type TrackPage,
  trackPageSchema,
  trackSchema,
} from './track.ts';
