import { Menu } from '@base-ui/react/menu';
import type { VideoView } from '@rushes/shared/video';
import { Download, Ellipsis, RotateCcw, Trash2 } from 'lucide-react';
import { useRef } from 'react';
import { mayReprocess } from '../core/status.ts';
import './video-menu.css';

interface VideoMenuProps {
  video: VideoView;
  onReprocess: () => void;
  onDelete: () => void;
}

/** What one does more rarely with a video. */
export function VideoMenu({ video, onReprocess, onDelete }: VideoMenuProps) {
  // Within the page's main part, where whoever moves by landmarks looks for it.
  const container = useRef<HTMLDivElement>(null);
  return (
    <div ref={container}>
      <Menu.Root>
        <Menu.Trigger className="button button-icon" aria-label="More actions">
          <Ellipsis aria-hidden="true" />
        </Menu.Trigger>
        <Menu.Portal container={container}>
          <Menu.Positioner className="menu-positioner" align="end" sideOffset={6}>
            <Menu.Popup className="menu popup">
              {video.upload.status === 'finished' ? (
                <Menu.LinkItem className="menu-item" href={`/v1/videos/${video.id}/source`}>
                  <Download aria-hidden="true" />
                  Download the original
                </Menu.LinkItem>
              ) : null}
              {video.playback?.mp4 == null ? null : (
                <Menu.LinkItem className="menu-item" href={video.playback.mp4} download={`${video.title}.mp4`}>
                  <Download aria-hidden="true" />
                  Download an MP4 to share
                </Menu.LinkItem>
              )}
              {mayReprocess(video) ? (
                <Menu.Item className="menu-item" onClick={onReprocess}>
                  <RotateCcw aria-hidden="true" />
                  Make it anew
                </Menu.Item>
              ) : null}
              <Menu.Item className="menu-item menu-item-bad" onClick={onDelete}>
                <Trash2 aria-hidden="true" />
                Delete
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
    </div>
  );
}
