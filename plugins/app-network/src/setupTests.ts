import '@testing-library/jest-dom';
import { configure } from '@testing-library/react';

// Whole pages are rendered here, on machines that may be busy; a test that passes does not wait for these.
configure({ asyncUtilTimeout: 10_000 });
jest.setTimeout(60_000);

// jsdom lays nothing out, so nothing has a place; the editor asks for it.
Range.prototype.getClientRects = () => [] as unknown as DOMRectList;
