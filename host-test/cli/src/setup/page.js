// What spares clicks. Every page works without it.
"use strict";

const $ = (selector, within = document) => [...within.querySelectorAll(selector)];

// The code stands where no server sees it, and leaves the address as soon as it is read.
const door = document.getElementById("door");
if (door && location.hash.length > 1) {
  const code = location.hash.slice(1);
  history.replaceState(null, "", "/");
  door.elements.code.value = code;
  door.submit();
}

for (const part of $(".with-script")) part.hidden = false;

for (const button of $("[data-copy]")) {
  const label = button.textContent;
  button.addEventListener("click", async () => {
    const from = document.getElementById(button.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.value);
    } catch {
      from.select();
      document.execCommand("copy");
    }
    button.textContent = button.dataset.done;
    setTimeout(() => { button.textContent = label; }, 2000);
  });
}

// Asks while somebody types, and shows the answer to the last question only.
function asking(input, ask, show) {
  let timer;
  let last = 0;
  input.addEventListener("input", () => {
    clearTimeout(timer);
    const number = ++last;
    timer = setTimeout(async () => {
      try {
        const answer = await (await fetch(ask())).json();
        if (number === last) show(answer);
      } catch { /* The form says the same when it is sent. */ }
    }, 150);
  });
}

for (const input of $("[data-check]")) {
  const means = document.getElementById("domain-means");
  const ask = () => `${input.dataset.check}?domain=${encodeURIComponent(input.value)}`;
  asking(input, ask, ({ good, text }) => {
    means.textContent = text;
    means.classList.toggle("wrong", !good);
  });
}

function offering(input) {
  const list = input.list;
  const ask = () => `${input.dataset.fields}?text=${encodeURIComponent(input.value)}`;
  asking(input, ask, (fields) => {
    list.replaceChildren(...fields.map(({ value, label }) => {
      const option = document.createElement("option");
      option.value = value;
      option.label = label;
      return option;
    }));
  });
}
for (const input of $("[data-fields]")) offering(input);

for (const button of $("[data-more]")) {
  button.addEventListener("click", () => {
    const body = document.getElementById(button.dataset.more);
    const row = body.lastElementChild.cloneNode(true);
    const list = `fields-${body.children.length}`;
    for (const wrong of $(".wrong", row)) wrong.remove();
    for (const input of $("input", row)) {
      input.value = "";
      input.placeholder = input.ariaLabel;
      input.removeAttribute("aria-invalid");
    }
    $("datalist", row)[0].id = list;
    $("datalist", row)[0].replaceChildren();
    $("[data-fields]", row)[0].setAttribute("list", list);
    body.append(row);
    offering($("[data-fields]", row)[0]);
    $("input", row)[0].focus();
  });
}

for (const area of $("[data-count]")) {
  const count = document.getElementById(area.dataset.count);
  area.addEventListener("input", () => {
    const length = [...area.value.replaceAll("\r\n", "\n").trim()].length;
    count.textContent = count.dataset.text.replace("{count}", length);
    count.classList.toggle("wrong", length > Number(area.dataset.most));
  });
}

// Waits for the other window.
for (const waits of $("[data-poll]")) {
  const look = async () => {
    try {
      const { state } = await (await fetch(waits.dataset.poll)).json();
      if (state !== waits.dataset.state) {
        location.reload();
        return;
      }
    } catch { /* The program may have ended: then nothing changes any more. */ }
    setTimeout(look, 500);
  };
  setTimeout(look, 500);
}
