import type { Texts } from '../../shell/search-text.js';
import type { Filter } from '../../ui/filter/filter.js';

/** What lists, figures and charts of images are narrowed by. */
export const imageFilters = (models: readonly string[]): readonly Filter[] => [
  { name: 'name', label: 'Name contains', kind: 'text', isMain: true },
  { name: 'minFaces', label: 'Faces, at least', kind: 'number', isMain: true },
  { name: 'maxFaces', label: 'Faces, at most', kind: 'number', isMain: true },
  { name: 'from', label: 'Imported from', kind: 'date', isMain: true },
  { name: 'to', label: 'Imported to', kind: 'date', isMain: true },
  { name: 'model', label: 'Model', kind: 'choice', options: models.map((value) => ({ value, label: value })) },
  { name: 'faceNo', label: 'Faces, exactly', kind: 'number' },
  { name: 'format', label: 'Format', kind: 'choice', options: formats },
  { name: 'minWidth', label: 'Width, at least', kind: 'number', unit: 'pixels' },
  { name: 'maxWidth', label: 'Width, at most', kind: 'number', unit: 'pixels' },
  { name: 'minHeight', label: 'Height, at least', kind: 'number', unit: 'pixels' },
  { name: 'maxHeight', label: 'Height, at most', kind: 'number', unit: 'pixels' },
  { name: 'minPixels', label: 'Width × height, at least', kind: 'number', unit: 'pixels' },
  { name: 'maxPixels', label: 'Width × height, at most', kind: 'number', unit: 'pixels' },
  { name: 'filename', label: 'Name is exactly', kind: 'text' },
  // Not `fileId`: an address with that means the rows of a file.
  { name: 'file', label: 'File', kind: 'text', hint: 'a file’s id' },
];

const formats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'].map((value) => ({ value, label: value }));

const numbers = [
  'faceNo',
  'minFaces',
  'maxFaces',
  'minWidth',
  'maxWidth',
  'minHeight',
  'maxHeight',
  'minPixels',
  'maxPixels',
] as const;

/** The filters of the address as the API takes them. It says what is wrong with a number; were that left out here, nobody would. */
export function imageQueryOf({ name, filename, model, file, format, from, to, ...texts }: Texts) {
  return {
    ...(name && { name }),
    ...(filename && { filename }),
    ...(model && { model }),
    ...(file && { fileId: file }),
    ...(isFormat(format) && { format }),
    ...(from && { $from: from }),
    ...(to && { to }),
    ...Object.fromEntries(
      numbers.flatMap((each) => {
        const value = texts[each];
        return value ? [[each, Number(value)]] : [];
      }),
    ),
  };
}

const knownFormats = ['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const;
const isFormat = (text: string | undefined): text is (typeof knownFormats)[number] =>
  knownFormats.some((known) => known === text);

/** The orders of the gallery. */
export const imageOrders = [
  { value: 'newest', label: 'Newest first' },
  { value: 'oldest', label: 'Oldest first' },
  { value: '-faces', label: 'Most faces first' },
  { value: 'faces', label: 'Fewest faces first' },
  { value: '-pixels', label: 'Largest first' },
  { value: 'pixels', label: 'Smallest first' },
  { value: 'name', label: 'By name' },
] as const;

export type ImageOrder = (typeof imageOrders)[number]['value'];

/** The order of the address (`order`: the rows of the dataset have `sort`). */
export const orderOf = ({ order }: Texts): ImageOrder =>
  imageOrders.find(({ value }) => value === order)?.value ?? 'newest';
