import { ButtonIcon, Tooltip, TooltipTrigger } from '@backstage/ui';
import { RiCheckLine, RiFileCopyLine } from '@remixicon/react';
import { useEffect, useState } from 'react';
import useCopyToClipboard from 'react-use/esm/useCopyToClipboard';

/** Copies a value; the button says what, by a label where the value is long, and that it was done. */
export function CopyButton(props: { value: string; label?: string }) {
  const { value, label = value } = props;
  const [state, copy] = useCopyToClipboard();
  const [isCopied, setCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) {
      return undefined;
    }
    const timer = setTimeout(() => setCopied(false), 2_000);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const done = isCopied && !state.error;
  return (
    <TooltipTrigger>
      <ButtonIcon
        size="small"
        variant="tertiary"
        aria-label={done ? `Copied ${label}` : `Copy ${label}`}
        icon={done ? <RiCheckLine /> : <RiFileCopyLine />}
        onPress={() => {
          copy(value);
          setCopied(true);
        }}
      />
      <Tooltip>{done ? 'Copied' : 'Copy'}</Tooltip>
    </TooltipTrigger>
  );
}
