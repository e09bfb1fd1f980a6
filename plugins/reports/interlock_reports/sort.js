"use strict";
// Heads become buttons; a second press turns the order round, a third restores that of the report.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const heads = [...table.tHead.rows[0].cells];
  if (rows.length < 2) continue;
  const { compare } = new Intl.Collator(document.documentElement.lang, { numeric: true });
  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    const keys = new Map(rows.map((row) => {
      const cell = row.cells[column];
      return [row, cell.dataset.key ?? cell.textContent.trim()];
    }));
    const order = head.dataset.sort === "number" ? (a, b) => Number(a) - Number(b) : compare;
    button.addEventListener("click", () => {
      const next = { ascending: "descending", descending: null }[head.getAttribute("aria-sort")];
      for (const each of heads) each.removeAttribute("aria-sort");
      if (next === null) return body.append(...rows);
      const turned = next === "descending" ? -1 : 1;
      head.setAttribute("aria-sort", next ?? "ascending");
      body.append(...[...rows].sort((a, b) => {
        const [one, other] = [keys.get(a), keys.get(b)];
        if (one === "" || other === "") return (one === "") - (other === "");
        return turned * order(one, other);
      }));
    });
  });
}
