export function SearchBox({ onClose }: { readonly onClose: () => void }) {
  return (
    <button type="button" onClick={onClose}>
      close
    </button>
  );
}
