// Sends the files dropped on the intake page a few at a time, so that each line is shown as soon as it is known.
// Files of one folder go together: the server puts together those about one machine.
(() => {
  const form = document.getElementById("intake");
  if (!form || !window.fetch || !window.FormData) return;
  const input = form.querySelector("input[type=file]");
  const lines = document.getElementById("intake-lines");
  const section = document.getElementById("lines");
  const counts = document.getElementById("intake-counts");
  const progress = document.getElementById("intake-progress");
  const bar = progress.querySelector("progress");
  const status = progress.querySelector("[role=status]");
  const again = document.getElementById("intake-send"); // files go as soon as they are chosen: it only sends them again
  const tooBig = document.getElementById("intake-too-big");
  const MOST_FILES = 60; // of several folders
  const LARGEST_FOLDER = 500; // files: a folder of more holds many machines, and is cut between names that follow
  const MOST_BYTES = 24 * 1024 * 1024;
  const LARGEST_FILE = 64 * 1024 * 1024; // the server reads none that is larger
  const ASKING = ["refused", "doubt", "pending"]; // these ask for something: they come first
  let queue = Promise.resolve();

  const pathOf = (file) => file.webkitRelativePath || file.relativePath || file.name;
  const folderOf = (file) => pathOf(file).split("/").slice(0, -1).join("/");
  const byName = new Intl.Collator("fr", { numeric: true });

  function groups(files) {
    const folders = new Map();
    for (const file of files) {
      const folder = folderOf(file);
      if (!folders.has(folder)) folders.set(folder, []);
      folders.get(folder).push(file);
    }
    const pieces = [];
    for (const folder of folders.values()) {
      folder.sort((one, other) => byName.compare(one.name, other.name));
      pieces.push(...cut(folder.map((file) => [file]), LARGEST_FOLDER, 2 * MOST_BYTES));
    }
    return pieces;
  }

  // Puts groups of files together as long as they are not too many or too big; none is split.
  function cut(some, mostFiles, mostBytes) {
    const result = [];
    let batch = [];
    let size = 0;
    for (const group of some) {
      const weight = group.reduce((sum, file) => sum + file.size, 0);
      if (batch.length && (batch.length + group.length > mostFiles || size + weight > mostBytes)) {
        result.push(batch);
        batch = [];
        size = 0;
      }
      batch.push(...group);
      size += weight;
    }
    if (batch.length) result.push(batch);
    return result;
  }

  async function send(batch) {
    const body = new FormData(form);
    body.delete(input.name);
    for (const file of batch) {
      body.append(input.name, file, file.name);
      body.append("paths", pathOf(file));
    }
    const answer = await fetch(form.action || location.href, { method: "POST", body, headers: { "X-Batch": "1" } });
    if (answer.redirected || answer.status === 403) throw new Error("signedOut");
    if (!answer.ok) throw new Error("failed");
    return answer.text();
  }

  function show(html) {
    const body = document.createElement("tbody");
    body.innerHTML = html;
    add([...body.children]);
  }

  function add(rows) {
    const asks = (row) => ASKING.some((outcome) => row.classList.contains("line-" + outcome));
    lines.prepend(...rows.filter(asks));
    const first = [...lines.children].find((row) => !asks(row)) || null;
    for (const row of rows.filter((each) => !asks(each))) lines.insertBefore(row, first);
    count();
  }

  // One mark an outcome, as the lines show it, with how many there are.
  function count() {
    const found = new Map();
    for (const row of lines.children) {
      if (!found.has(row.className)) found.set(row.className, { mark: row.cells[0].firstElementChild, times: 0 });
      found.get(row.className).times += 1;
    }
    counts.replaceChildren(...[...found.values()].flatMap(({ mark, times }) => {
      const number = document.createElement("strong");
      number.textContent = times.toLocaleString(document.documentElement.lang);
      return [number, " ", mark.cloneNode(true), " "];
    }));
  }

  function refuseBig(files) {
    for (const file of files) {
      const row = tooBig.content.firstElementChild.cloneNode(true);
      row.querySelector("[data-name]").textContent = pathOf(file);
      add([row]);
    }
  }

  async function sendAll(files) {
    const all = [...files].filter((file) => file.size <= LARGEST_FILE);
    section.hidden = false;
    progress.hidden = false;
    again.hidden = true;
    refuseBig([...files].filter((file) => file.size > LARGEST_FILE));
    bar.max = Math.max(1, all.length);
    let done = 0;
    for (const batch of cut(groups(all), MOST_FILES, MOST_BYTES)) {
      status.textContent = form.dataset.working.replace("%1", done).replace("%2", all.length);
      bar.value = done;
      try {
        show(await send(batch));
        if (!done) progress.scrollIntoView({ block: "center" });
      } catch (error) {
        status.textContent = form.dataset[error.message] || form.dataset.lost;
        again.hidden = false;
        return;
      }
      done += batch.length;
    }
    bar.value = bar.max;
    status.textContent = form.dataset.done;
    form.querySelector(".drop-list").textContent = "";
    input.value = ""; // the lot and the place stay: the next files are most often theirs too
  }

  again.hidden = true;
  const sendNext = (files) => { if (files.length) queue = queue.then(() => sendAll(files)); };

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    sendNext([...input.files]);
  });
  form.addEventListener("maillon:files", (event) => {
    event.preventDefault();
    sendNext([...event.detail.files]);
  });
})();
