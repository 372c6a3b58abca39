// Elements, without ever reading markup out of a text.
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && key !== "list" && key !== "form") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  return element;
}

// The same place with other children; what has the keyboard keeps it, by `id` or `data-key`.
export function fill(place, ...children) {
  const had = document.activeElement;
  const key = place.contains(had) ? had.id || had.dataset.key : undefined;
  place.replaceChildren(...children.flat().filter((child) => child !== undefined && child !== null && child !== false));
  if (!key) return;
  const again = [...place.querySelectorAll("[id], [data-key]")].find((e) => (e.id || e.dataset.key) === key);
  again?.focus();
}
