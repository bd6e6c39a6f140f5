// Sends the files dropped on the intake page a few at a time, so that each line is shown as soon as it is known.
// Files of one folder go together: the server puts together those about one machine.
(() => {
  const form = document.getElementById("intake");
  if (!form || !window.fetch || !window.FormData) return;
  const input = form.querySelector("input[type=file]");
  const lines = document.getElementById("intake-lines");
  const section = document.getElementById("lines");
  const progress = document.getElementById("intake-progress");
  const bar = progress.querySelector("progress");
  const status = progress.querySelector("[role=status]");
  const MOST_FILES = 60;
  const MOST_BYTES = 24 * 1024 * 1024;

  const folderOf = (file) => (file.webkitRelativePath || file.relativePath || file.name).split("/").slice(0, -1).join("/");

  function batches(files) {
    const groups = new Map();
    for (const file of files) {
      const folder = folderOf(file);
      if (!groups.has(folder)) groups.set(folder, []);
      groups.get(folder).push(file);
    }
    const result = [];
    let batch = [];
    let size = 0;
    const close = () => { if (batch.length) result.push(batch); batch = []; size = 0; };
    for (const group of groups.values()) {
      const weight = group.reduce((sum, file) => sum + file.size, 0);
      if (batch.length && (batch.length + group.length > MOST_FILES || size + weight > MOST_BYTES)) close();
      batch.push(...group);
      size += weight;
    }
    close();
    return result;
  }

  async function send(batch) {
    const body = new FormData(form);
    body.delete(input.name);
    for (const file of batch) {
      body.append(input.name, file, file.name);
      body.append("paths", file.webkitRelativePath || file.relativePath || file.name);
    }
    const answer = await fetch(form.action || location.href, { method: "POST", body, headers: { "X-Batch": "1" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return answer.text();
  }

  async function sendAll(files) {
    const all = [...files];
    if (!all.length) return;
    section.hidden = false;
    progress.hidden = false;
    bar.max = all.length;
    let done = 0;
    for (const batch of batches(all)) {
      status.textContent = form.dataset.working.replace("%1", done).replace("%2", all.length);
      bar.value = done;
      try {
        lines.insertAdjacentHTML("afterbegin", await send(batch));
      } catch {
        status.textContent = form.dataset.lost;
        return;
      }
      done += batch.length;
    }
    bar.value = done;
    status.textContent = form.dataset.done;
    form.reset();
  }

  form.addEventListener("submit", (event) => {
    if (!input.files.length) return;
    event.preventDefault();
    sendAll(input.files);
  });
  form.addEventListener("maillon:files", (event) => {
    event.preventDefault();
    sendAll(event.detail.files);
  });
})();
