// The worker that runs the network, one for all views. It works on one picture at a time; whatever changes meanwhile
// goes into the next question.

const waiting = new Set(); // views that have changed since they last asked
let worker;
let asking; // the view that the worker works for
let encoded; // the image whose posterior the worker holds
let problem;

function wake(url) {
  if (worker && !problem) return;
  worker = new Worker(URL.createObjectURL(new Blob([WORKER], { type: "text/javascript" })));
  worker.onmessage = ({ data }) => answered(data);
  worker.onerror = ({ message }) => answered({ problem: message });
  worker.postMessage({ url: new URL(url, document.baseURI).href });
  [asking, encoded, problem] = [{}, undefined, undefined];
}

// Ask what the network makes of a view's image and code.
function think(view) {
  waiting.add(view);
  if (!asking && !problem) ask();
}

function ask() {
  [asking] = waiting;
  if (!asking) return;
  waiting.delete(asking);
  const { image, code } = asking;
  worker.postMessage({ image: image === encoded ? undefined : image, code });
  encoded = image;
}

function answered(said) {
  const view = asking;
  asking = undefined;
  problem = said.problem;
  if (problem) {
    worker.terminate();
    for (const each of views.values()) complain(each);
    return;
  }
  ask();
  if (!said.picture || !view.root.isConnected) return;
  show(view, said);
  view.answer = { ...said, layers: { ...view.answer?.layers, ...said.layers } };
}
