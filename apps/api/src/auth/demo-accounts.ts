import type { Role } from '../users/user.entity';

export interface DemoAccount {
  email: string;
  password: string;
  name: string;
  role: Role;
}

/** Made by the demo data and offered on the sign-in page in development, never elsewhere. */
export const DEMO_ACCOUNTS: readonly DemoAccount[] = [
  { email: 'katrin@demo.example', password: 'demo-katrin-2026', name: 'Katrin Hofmann', role: 'customer' },
  { email: 'maja@demo.example', password: 'demo-maja-2026', name: 'Maja Lindqvist', role: 'agent' },
  { email: 'aylin@demo.example', password: 'demo-aylin-2026', name: 'Aylin Demir', role: 'admin' },
];
