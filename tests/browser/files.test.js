// Files that a customer attaches in the widget.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { open, say, session, told, until, visit, world } from "./world.js";

let shop;
before(async () => { shop = await world(); });
after(async () => { await shop?.close(); });
const limit = { timeout: 120_000 };

const pdf = (name, more = 0) => ({ name, mimeType: "application/pdf", buffer: Buffer.concat([Buffer.from("%PDF-1.7\n"), Buffer.alloc(more, "x")]) });
const choose = (page, files) => page.locator("flowright-chat input[type=file]").setInputFiles(files);
const sent = (page, name) => page.locator('flowright-chat .mine[data-state="sent"]').getByText(name).first().waitFor();
const listed = async (page) => {
  const answer = await fetch(`${shop.server}/v1/sessions/${await session(page)}/attachments`);
  return answer.ok ? (await answer.json()).attachments : [];
};

test("files are attached with the keyboard, and are there when the page comes back", limit, async () => {
  const page = await visit(shop, await shop.visitor());
  // The browser is told of it before anything is pressed.
  const picker = page.waitForEvent("filechooser");
  await open(page);
  await page.keyboard.press("Shift+Tab");
  await page.getByRole("button", { name: "Attach files" }).and(page.locator(":focus")).waitFor();
  await page.keyboard.press("Enter");
  await (await picker).setFiles([pdf("合同.pdf"), pdf("photo")]);
  await sent(page, "合同.pdf");
  await sent(page, "photo");
  await told(page, "Your file has arrived.");
  assert.deepEqual((await listed(page)).map(({ name }) => name), ["合同.pdf", "photo.pdf"]);
  await page.reload();
  await sent(page, "合同.pdf");
});

test("what is not taken is said in plain words, in her language", limit, async () => {
  const page = await visit(shop, await shop.visitor(), { lang: "zh-CN" });
  await open(page);
  await choose(page, [{ name: "a.pdf", mimeType: "application/pdf", buffer: Buffer.from("MZ\x90\0\x03\0\0\0") }, { name: "nothing.txt", mimeType: "text/plain", buffer: Buffer.alloc(0) }]);
  const refused = page.locator('flowright-chat .mine[data-state="refused"]');
  await until("both are refused", async () => (await refused.count()) === 2);
  await refused.first().getByText("未发送: 无法接收此类文件或空文件。").waitFor();
  await choose(page, pdf("large.pdf", 25_000_000));
  await refused.getByText("未发送: 文件太大。").waitFor();
  assert.deepEqual(await listed(page), []);
  // The conversation goes on.
  await say(page, "尺码");
  await until("the words are sent", async () => (await page.locator('flowright-chat .mine[data-state="sent"]').count()) === 1);
});

test("a large file arrives whole although the connection breaks meanwhile", limit, async () => {
  const page = await visit(shop, await shop.visitor());
  await open(page);
  await choose(page, pdf("large.pdf", 12_000_000));
  await page.locator("flowright-chat .mine").getByText("large.pdf").waitFor();
  await shop.down();
  await page.locator("flowright-chat .state.lost").waitFor();
  await shop.up();
  await sent(page, "large.pdf");
  const [file] = await listed(page);
  assert.equal(file.bytes, 12_000_009);
  const bytes = Buffer.from(await (await fetch(`${shop.server}/v1/attachments/${file.id}`)).arrayBuffer());
  assert.ok(bytes.equals(pdf("", 12_000_000).buffer));
});
