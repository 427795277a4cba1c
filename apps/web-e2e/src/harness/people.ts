import { randomUUID } from 'node:crypto';

export interface Person {
  name: string;
  email: string;
  password: string;
}

/** Two agents, made by `user:create`. */
export const INGRID: Person = {
  name: 'Ingrid Solberg',
  email: 'ingrid@team.example',
  password: 'sieben Segel im Wind',
};
export const RASHID: Person = {
  name: 'Rashid Karimi',
  email: 'rashid@team.example',
  password: 'zwei Raben am Fluss',
};

/** Somebody who has never been here, with an address of their own. */
export function somebody(name = 'Ana Ribeiro'): Person {
  const email = `${name.split(' ')[0]?.toLowerCase()}.${randomUUID().slice(0, 8)}@kunde.example`;
  return { name, email, password: 'drei Tassen kalter Tee' };
}

/** Of the demo data. */
export const KATRIN: Person = {
  name: 'Katrin Hofmann',
  email: 'katrin@demo.example',
  password: 'demo-katrin-2026',
};
export const AYLIN: Person = {
  name: 'Aylin Demir',
  email: 'aylin@demo.example',
  password: 'demo-aylin-2026',
};
export const MAJA: Person = {
  name: 'Maja Lindqvist',
  email: 'maja@demo.example',
  password: 'demo-maja-2026',
};
