// Event streams that rest while nobody looks. A browser opens six connections to one server at most: six tabs with a
// stream each would leave none for loading a page. A tab that comes back connects again and is told what it missed.
(function () {
  "use strict";
  const REST_AFTER = 20000; // ms; looking away for a moment costs nothing

  class RestingSource extends EventTarget {
    constructor(url) {
      super();
      this.url = url;
      this.names = new Set();
      this.closed = false;
      this.watch = () => this.look();
      document.addEventListener("visibilitychange", this.watch);
      this.connect();
    }
    connect() {
      this.source = new EventSource(this.url, { withCredentials: true });
      this.source.onopen = (event) => this.onopen && this.onopen(event);
      this.source.onerror = (event) => this.onerror && this.onerror(event);
      for (const name of this.names) this.forward(name);
    }
    forward(name) {
      this.source.addEventListener(name, (event) => {
        this.dispatchEvent(new MessageEvent(name, { data: event.data }));
      });
    }
    addEventListener(name, listener) {
      super.addEventListener(name, listener);
      if (this.names.has(name)) return;
      this.names.add(name);
      this.forward(name);
    }
    look() {
      clearTimeout(this.timer);
      if (this.closed) return;
      if (document.hidden) this.timer = setTimeout(() => this.source.close(), REST_AFTER);
      else if (this.source.readyState === EventSource.CLOSED) this.connect();
    }
    get readyState() {
      return this.source.readyState;
    }
    close() {
      this.closed = true;
      clearTimeout(this.timer);
      document.removeEventListener("visibilitychange", this.watch);
      this.source.close();
    }
  }

  htmx.createEventSource = (url) => new RestingSource(url);
})();
