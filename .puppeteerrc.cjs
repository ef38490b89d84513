// The browser is found on the machine or taken from @sparticuz/chromium (tools/find_browser.ts): nothing is downloaded.
module.exports = { skipDownload: true };
