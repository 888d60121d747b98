// The line between two pictures is a native range input laid over them, transparent: mouse, finger and arrow keys
// move it, and nothing is reported to the server.
export default function ({ data, parentElement }) {
  const find = (name) => parentElement.querySelector(`.${name}`);
  for (const name of ["before", "after"]) {
    const { src, alt, words } = data[name];
    Object.assign(find(name), { src, alt });
    find(`of-${name}`).textContent = words;
  }
  const divider = find("divider");
  const follow = () => {
    find("frame").style.setProperty("--share", `${divider.value}%`);
    divider.setAttribute("aria-valuetext", `${divider.value} % ${data.before.words}`);
  };
  divider.setAttribute("aria-label", data.label);
  divider.oninput = follow;
  find("pair").style.setProperty("--width", `${data.width}px`);
  follow();
}
