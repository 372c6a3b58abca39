// The page of a webview: nothing runs, loads or is sent but what this extension brought.

export interface Page {
  title: string;
  /** The webview's own origin, for its styles and scripts. */
  source: string;
  script: string;
  style: string;
  nonce: string;
  body: string;
}

/** What the page may do. No `connect-src`: it speaks with the extension alone. */
export function policy(source: string, nonce: string): string {
  return [
    "default-src 'none'",
    `style-src ${source}`,
    `script-src 'nonce-${nonce}'`,
    `font-src ${source}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
}

export function page(page: Page): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy(page.source, page.nonce))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(page.title)}</title>
<link rel="stylesheet" href="${escape(page.style)}">
</head>
<body>
${page.body}
<script nonce="${page.nonce}" src="${escape(page.script)}"></script>
</body>
</html>`;
}

export function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
