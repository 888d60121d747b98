// The link is completed here, where the page knows its own address, and goes to the clipboard or, where the browser
// can do that, to the visitor's other apps.
export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(`.${name}`);
  const url = new URL(data.link, location.href).href;
  const say = (words) => (find("said").textContent = words);
  find("copy").onclick = () =>
    navigator.clipboard.writeText(url).then(
      () => say("Copied."),
      () => say("This browser does not let the page copy: select the link below."),
    );
  find("share").hidden = !navigator.share;
  find("share").onclick = () => navigator.share({ title: document.title, url }).catch(() => {}); // closed again
  say("");
}
