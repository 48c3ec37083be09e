import { EVERYDAY_PAGES, followPages, USER_PAGES } from "../docs/follow-pages.js";

// Each page that tests/docs/commands.test.ts leaves out, which would take everyday's tests too long.
followPages(USER_PAGES.filter((page) => !EVERYDAY_PAGES.includes(page)));
