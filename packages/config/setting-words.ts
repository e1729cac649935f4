import { Type } from 'typebox';

/** Extra words that the schema carries for people; JSON Schema readers ignore them. */
export interface SettingWords {
  /** What the variable does, with its unit; one or two sentences, shown in `.env.example`. */
  readonly description: string;
  /** What a right value looks like, when the schema's own keywords do not say it in words. */
  readonly expected?: string;
  /** Its value must not be printed. */
  readonly secret?: boolean;
  /** It must be parsable as a URL. */
  readonly url?: boolean;
  /** It must be a list of IP addresses and ranges, see `isAddressList`. */
  readonly addressList?: boolean;
  /** The default in words, where it is computed. */
  readonly defaultText?: string;
}

/** The options of a setting's schema, which must have these words. */
export const words = <T extends SettingWords>(options: T): T => options;

/** A duration in milliseconds that is long enough to make sense and fits a timer. */
export const milliseconds = (min: number, standard: number, description: string) =>
  Type.Integer(words({ description, minimum: min, maximum: 86_400_000, default: standard }));
