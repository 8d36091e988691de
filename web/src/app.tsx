import { LibraryPage } from './pages/library-page.tsx';
import { VideoPage } from './pages/video-page.tsx';
import { UnknownPage } from './pages/video-states.tsx';
import { usePage } from './state/navigation.ts';
import { Header } from './ui/header.tsx';
import { Toasts } from './ui/toasts.tsx';
import { UploadDialog } from './ui/upload-dialog.tsx';
import { UploadTray } from './ui/upload-tray.tsx';

export function App() {
  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <Header />
      <CurrentPage />
      <UploadTray />
      <UploadDialog />
      <Toasts />
    </>
  );
}

function CurrentPage() {
  const page = usePage();
  switch (page.name) {
    case 'library':
      return <LibraryPage q={page.q} filter={page.filter} />;
    case 'video':
      return <VideoPage key={page.id} id={page.id} />;
    case 'unknown':
      return <UnknownPage path={page.path} />;
    default:
      return page satisfies never;
  }
}
