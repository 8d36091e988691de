import { Moon, Sun, Upload } from 'lucide-react';
import { toggleTheme, useTheme } from '../state/theme.ts';
import { openUploadDialog } from '../state/upload-dialog.ts';
import './header.css';
import { Link } from './link.tsx';
import { Mark } from './mark.tsx';

export function Header() {
  const theme = useTheme();
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <header className="header">
      <div className="header-inner">
        <Link href="/" className="brand" aria-label="Rushes, to the library">
          <Mark />
          <span className="brand-name">Rushes</span>
        </Link>
        <div className="header-actions">
          <button
            type="button"
            className="button button-plain button-icon"
            onClick={toggleTheme}
            aria-label={`Switch to ${other}`}
            title={`Switch to ${other}`}
          >
            {theme === 'dark' ? <Sun aria-hidden="true" /> : <Moon aria-hidden="true" />}
          </button>
          <button type="button" className="button button-primary" onClick={() => openUploadDialog([])}>
            <Upload aria-hidden="true" />
            Upload
          </button>
        </div>
      </div>
    </header>
  );
}
