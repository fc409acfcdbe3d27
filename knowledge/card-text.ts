import type { Card } from '../schema/contracts/card.ts';
import { redact } from './redact.ts';
import { renderCard } from './render-card.ts';

/** The text of a card that is embedded and searched, without secrets. */
export const cardText = (card: Card): string => redact(renderCard(card), { personal: false });
