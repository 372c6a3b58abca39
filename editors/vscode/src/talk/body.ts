// The markup of the conversation's page.

export const TALK_BODY = `<div class="bar" role="toolbar" aria-label="Conversation">
<label>Language <select id="language"></select></label>
<label>Channel <select id="channel"></select></label>
<button id="restart" title="From the beginning, as the same customer">Restart</button>
<button id="record" title="Add this conversation to the sources, as a test">Record as test</button>
<span class="gap"></span>
<span id="now" title="The conversation's own clock"></span>
</div>
<p id="banner" role="status" hidden></p>
<div id="columns">
<section id="chat" aria-label="Conversation">
<ol id="lines" aria-live="polite" aria-relevant="additions"></ol>
<form id="call" hidden>
<p id="call-text"></p>
<div id="suggestions"></div>
<details id="json"><summary>Answer with JSON</summary>
<textarea id="answer" rows="5" spellcheck="false" aria-label="Answer, as JSON"></textarea>
<p id="answer-error" role="alert" hidden></p>
<button type="submit" class="primary">Answer</button>
</details>
</form>
<form id="compose">
<input id="text" type="text" autocomplete="off" placeholder="Say something" aria-label="What the customer says">
<button type="submit" class="primary">Send</button>
</form>
<form id="time">
<label>Time passes <input id="span" type="text" value="10m" size="6" aria-label="How long, as 10m or 2h"></label>
<button type="submit">Pass</button>
<button type="button" id="wake" hidden></button>
<span id="situation"></span>
</form>
</section>
<aside aria-label="What is known">
<details open><summary>Slots</summary><table id="slots"></table></details>
<details open><summary>Path</summary><ol id="path"></ol></details>
<details><summary>Customer</summary><div id="customer"></div></details>
</aside>
</div>`;
