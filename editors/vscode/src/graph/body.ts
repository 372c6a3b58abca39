// The markup of the graph's page.

export const GRAPH_BODY = `<div class="bar" role="toolbar" aria-label="Graph">
<select id="flow" aria-label="Flow"></select>
<button id="in" title="Larger (+)" aria-label="Larger">+</button>
<button id="out" title="Smaller (-)" aria-label="Smaller">−</button>
<button id="fit" title="All of it (0)">Fit</button>
<span class="gap"></span>
<button id="svg">Save SVG</button>
<button id="mermaid">Save Mermaid</button>
</div>
<p id="banner" role="status" hidden></p>
<svg id="frame" role="group" aria-label="Graph of the flow. Arrow keys go from state to state, Enter shows the source.">
<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto-start-reverse"><path d="M0 0L8 4L0 8z"/></marker></defs>
<g id="layer"></g>
</svg>
<div id="legend" aria-label="What the colours mean"></div>`;
