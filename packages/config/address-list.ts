import { isIP } from 'node:net';

/**
 * Whether a text is a list of IP addresses and ranges (CIDR), separated by commas. A range of all addresses is refused:
 * trusting every sender means believing every client.
 */
export const isAddressList = (text: string): boolean => text.split(',').every((part) => isAddressOrRange(part.trim()));

function isAddressOrRange(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^[1-9]\d{0,2}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}
