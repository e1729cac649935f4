import { Link } from '@tanstack/react-router';
import { navGroups } from './nav.js';
import styles from './nav-list.module.css';
import { NavMark } from './nav-mark.js';

/** The ways to all pages; the one that is open is marked. */
export function Nav() {
  return (
    <nav aria-label="Pages" className={styles['nav']}>
      <Link to="/" className={styles['brand']}>
        <svg viewBox="0 0 32 32" width="24" height="24" aria-hidden="true">
          <rect width="32" height="32" rx="7" fill="#0b7285" />
          <path
            d="M6 11c3.3-3 6.7-3 10 0s6.7 3 10 0M6 17c3.3-3 6.7-3 10 0s6.7 3 10 0M6 23c3.3-3 6.7-3 10 0s6.7 3 10 0"
            fill="none"
            stroke="#fff"
            strokeWidth="2.6"
            strokeLinecap="round"
          />
        </svg>
        Millrace
      </Link>
      {navGroups.map(({ label, pages }) => (
        <div key={label} className={styles['group']}>
          <h2 className={styles['label']}>{label}</h2>
          <ul>
            {pages.map(({ to, label: page, Icon }) => (
              <li key={to}>
                <Link to={to} className={styles['link']} activeOptions={{ exact: to === '/', includeSearch: false }}>
                  <Icon size={17} stroke={1.7} aria-hidden />
                  {page}
                  <NavMark page={to} />
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <div className={styles['group']}>
        <h2 className={styles['label']}>Elsewhere</h2>
        <ul>
          <li>
            <a href="/queues" className={styles['link']}>
              Bull Board
            </a>
          </li>
          <li>
            <a href="/docs" className={styles['link']}>
              API
            </a>
          </li>
        </ul>
      </div>
    </nav>
  );
}
