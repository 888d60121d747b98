// The film goes to the visitor's other apps where the browser can hand files to them, and can be saved everywhere.
export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(`.${name}`);
  const source = `data:image/gif;base64,${data.gif}`;
  const bytes = Uint8Array.from(atob(data.gif), (character) => character.charCodeAt(0));
  const file = new File([bytes], "digit-film.gif", { type: "image/gif" });
  const text = `${data.sentence} ${new URL(data.link, location.href).href}`;
  find("sentence").textContent = data.sentence;
  find("film").src = source;
  find("film").alt = `A film of all five jobs. ${data.sentence}`;
  find("download").href = source;
  find("share").hidden = !navigator.canShare?.({ files: [file] });
  find("share").onclick = () => navigator.share({ files: [file], text }).catch(() => {}); // closed again
}
