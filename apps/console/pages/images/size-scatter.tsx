import { SegmentedControl, Text } from '@mantine/core';
import { Scatter } from '../../charts/scatter.js';
import type { ImageSizes, SampledImage } from '../../generated/api.js';
import { countOf, formatBytes, formatCount, formatRate } from '../../ui/format.js';
import { useSetting } from '../../ui/use-setting.js';
import styles from './charts.module.css';

const axes = {
  pixels: {
    label: 'megapixels',
    of: ({ width, height }: SampledImage) => (width * height) / 1_000_000,
    format: formatRate,
  },
  bytes: { label: 'file size', of: ({ bytes }: SampledImage) => bytes, format: formatBytes },
} as const;

export interface SizeScatterProps {
  readonly sizes: ImageSizes;
  onImage(id: string): void;
}

/** Size against faces; each point is a picture. */
export function SizeScatter({ sizes: { sample, pictures }, onImage }: SizeScatterProps) {
  const [by, setBy] = useSetting<string>('images.scatter', 'pixels');
  const axis = by === 'bytes' ? axes.bytes : axes.pixels;
  return (
    <>
      <Scatter
        title="Size against faces"
        xLabel={axis.label}
        yLabel="faces"
        formatX={axis.format}
        formatY={(value) => (Number.isInteger(value) ? formatCount(value) : '')}
        points={sample.map((image) => ({
          id: image.fileId,
          label: image.filename,
          x: axis.of(image),
          y: image.faceNo,
        }))}
        onPoint={onImage}
      />
      <div className={styles['choice']}>
        <SegmentedControl
          size="xs"
          aria-label="What is across"
          data={[
            { value: 'pixels', label: 'Width × height' },
            { value: 'bytes', label: 'File size' },
          ]}
          value={by === 'bytes' ? 'bytes' : 'pixels'}
          onChange={setBy}
        />
        {sample.length < pictures && (
          <Text size="xs" c="dimmed">
            A sample of {formatCount(sample.length)} of {countOf(pictures, 'picture')}
          </Text>
        )}
      </div>
    </>
  );
}
