// `npm run docs:fidelity`: writes docs/fidelity.md anew.

import { writeFileSync } from 'node:fs';
import { repositoryPath } from '../support/repository.js';
import { fidelityDocument } from './fidelity-document.js';

writeFileSync(repositoryPath('docs', 'fidelity.md'), fidelityDocument());
