import {
  IconAlertTriangle,
  IconBinaryTree2,
  IconCalendarTime,
  IconChecklist,
  IconFiles,
  IconHistory,
  IconLayoutDashboard,
  IconListDetails,
  IconServer,
  IconTable,
  IconUpload,
} from '@tabler/icons-react';

/** The pages that the side leads to, in groups. */
export const navGroups = [
  {
    label: 'Work',
    pages: [
      { to: '/', label: 'Overview', Icon: IconLayoutDashboard },
      { to: '/runs', label: 'Runs', Icon: IconListDetails },
      { to: '/tasks', label: 'Tasks', Icon: IconChecklist },
      { to: '/flows', label: 'Flow editor', Icon: IconBinaryTree2 },
      { to: '/schedules', label: 'Schedules', Icon: IconCalendarTime },
    ],
  },
  {
    label: 'Data',
    pages: [
      { to: '/files', label: 'Files', Icon: IconFiles },
      { to: '/quarantine', label: 'Quarantine', Icon: IconAlertTriangle },
      { to: '/upload', label: 'Upload', Icon: IconUpload },
      { to: '/datasets', label: 'Datasets', Icon: IconTable },
    ],
  },
  {
    label: 'Platform',
    pages: [
      { to: '/workers', label: 'Workers', Icon: IconServer },
      { to: '/actions', label: 'Actions', Icon: IconHistory },
    ],
  },
] as const;
