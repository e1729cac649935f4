import { useMemo } from 'react';
import { useTexts } from '../../shell/use-texts.js';
import { FilterBar } from '../../ui/filter/filter-bar.js';
import { imageFilters } from './image-filters.js';
import { useModels } from './use-images.js';

/** The filters that gallery and charts share: what is set in one is set in the other. */
export function ImageFilterBar() {
  const [texts, change] = useTexts();
  const models = useModels(texts);
  const filters = useMemo(() => imageFilters(models), [models]);
  return <FilterBar filters={filters} values={texts} onChange={change} />;
}
