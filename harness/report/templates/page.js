// Tables that can be sorted and filtered, and figures that can be saved. Without this script everything can still be read.
"use strict";
(() => {
  const element = (name, attributes = {}, text = "") => {
    const made = Object.assign(document.createElement(name), attributes);
    made.textContent = text;
    return made;
  };

  // Tables

  const FEWEST_TO_SORT = 3, FEWEST_TO_FILTER = 11;
  const collator = new Intl.Collator("en", {numeric: true});
  const text = cell => cell.firstChild?.textContent ?? "";  // without its small print

  // A dash has no value and comes last, whatever the direction.
  function compare(one, other, direction) {
    const [a, b] = [one.dataset.value, other.dataset.value];
    if (a !== undefined && b !== undefined) return direction * (a - b);
    if (one.classList.contains("n")) return (a === undefined) - (b === undefined);
    return direction * (collator.compare(text(one), text(other)) || collator.compare(one.textContent, other.textContent));
  }

  function sortable(table, rows) {
    const headings = [...table.querySelectorAll("tr.columns th")];
    headings.forEach((heading, column) => {
      const button = element("button", {type: "button", className: "sort"});
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const next = {none: "ascending", ascending: "descending", descending: "none"};
        const order = next[heading.getAttribute("aria-sort") ?? "none"];
        headings.forEach(other => other.removeAttribute("aria-sort"));
        if (order !== "none") heading.setAttribute("aria-sort", order);
        const direction = {ascending: 1, descending: -1}[order];
        const sorted = direction ? rows.toSorted((a, b) => compare(a.cells[column], b.cells[column], direction)) : rows;
        table.tBodies[0].append(...sorted);
      });
    });
  }

  function filterable(frame, table, rows) {
    const label = element("label", {}, "Rows with the words ");
    const words = element("input", {type: "search", autocomplete: "off", spellcheck: false});
    const shown = element("output");
    const texts = rows.map(row => [...row.cells].map(cell => `${cell.textContent} ${cell.querySelector("[title]")?.title ?? ""}`));
    const contents = texts.map(cells => cells.join(" ").toLowerCase());
    words.addEventListener("input", () => {
      const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
      rows.forEach((row, index) => { row.hidden = !wanted.every(word => contents[index].includes(word)); });
      shown.textContent = wanted.length ? ` ${rows.filter(row => !row.hidden).length} of ${rows.length} rows` : "";
    });
    label.append(words);
    const bar = element("div", {className: "filter"});
    bar.append(label, shown);
    frame.prepend(bar);
  }

  for (const frame of document.querySelectorAll("div.table")) {
    const table = frame.querySelector("table"), rows = [...table.tBodies[0].rows];
    if (rows.length >= FEWEST_TO_SORT) sortable(table, rows);
    if (rows.length >= FEWEST_TO_FILTER) filterable(frame, table, rows);
  }

  // Figures

  const SVG = "http://www.w3.org/2000/svg", ROW = 16, RESOLUTION = 2;
  const sharp = (name, attributes) => {
    const made = document.createElementNS(SVG, name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    return made;
  };

  // Replaces the page's colours by plain ones, and drops what is not shown: the file must look the same without the page.
  function plain(original, copy) {
    for (const name of ["fill", "stroke"]) {
      if (copy.getAttribute(name)?.includes("var(")) copy.setAttribute(name, getComputedStyle(original)[name]);
    }
    const twins = [...copy.children];
    [...original.children].forEach((child, index) => {
      const isHiddenPart = child.classList.length && getComputedStyle(child).display === "none";
      if (isHiddenPart) twins[index].remove();
      else plain(child, twins[index]);
    });
  }

  // Returns the drawing as a file of its own, with the lines of the legend that are chosen below it.
  function drawn(figure) {
    const original = figure.querySelector(".plot svg"), copy = original.cloneNode(true);
    plain(original, copy);
    const [, , width, height] = original.getAttribute("viewBox").split(" ").map(Number);
    const style = getComputedStyle(original);
    const chosen = [...figure.querySelectorAll(".legend input:checked")].map(box => box.nextElementSibling);
    chosen.forEach((label, index) => {
      const y = height + ROW * (index + 0.5), line = label.querySelector("path");
      copy.append(sharp("path", {
        d: `M8 ${y}h28`, stroke: getComputedStyle(line).stroke, "stroke-width": 1.6, "stroke-dasharray": line.getAttribute("stroke-dasharray") ?? "none",
      }));
      const text = sharp("text", {x: 42, y: y + 3.3, "font-size": 9.5, fill: style.color});
      text.textContent = label.querySelector("[title]")?.title ?? label.textContent;
      copy.append(text);
    });
    const whole = height + ROW * chosen.length;
    copy.prepend(sharp("rect", {width, height: whole, fill: getComputedStyle(document.body).backgroundColor}));
    Object.entries({xmlns: SVG, viewBox: `0 0 ${width} ${whole}`, width, height: whole, "font-family": style.fontFamily, "stroke-linejoin": "round"})
      .forEach(([key, value]) => copy.setAttribute(key, value));
    return {text: new XMLSerializer().serializeToString(copy), width, height: whole};
  }

  function save(blob, name) {
    const link = element("a", {href: URL.createObjectURL(blob), download: name});
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  async function savePng(figure, name) {
    const {text, width, height} = drawn(figure);
    const image = new Image();
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(text)}`;
    await image.decode();
    const canvas = element("canvas", {width: RESOLUTION * width, height: RESOLUTION * height});
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(blob => save(blob, name), "image/png");
  }

  for (const figure of document.querySelectorAll("figure")) {
    const name = figure.id.replace("figure-", "");
    const bar = element("div", {className: "save"}, "Save as ");
    const svg = element("button", {type: "button", ariaLabel: `Save figure ${name} as SVG`}, "SVG");
    const png = element("button", {type: "button", ariaLabel: `Save figure ${name} as PNG`}, "PNG");
    svg.addEventListener("click", () => save(new Blob([drawn(figure).text], {type: "image/svg+xml"}), `${name}.svg`));
    png.addEventListener("click", () => savePng(figure, `${name}.png`));
    bar.append(svg, " ", png);
    figure.append(bar);
    const legend = figure.querySelector("fieldset.legend");
    if (!legend) continue;
    const boxes = [...legend.querySelectorAll("input")];
    for (const [text, chosen] of [["all", () => true], ["none", () => false], ["as at first", box => box.defaultChecked]]) {
      const button = element("button", {type: "button"}, text);
      button.addEventListener("click", () => boxes.forEach(box => { box.checked = chosen(box); }));
      legend.append(button);
    }
  }
})();
