import { gunzipSync } from 'node:zlib';

/**
 * HDF5 files as h5py 3.16 writes them, gzipped, base64:
 * `lists` has three lists of bytes as `encoded`, beside times; `opaque` three values of 16 bytes as `camera/images`;
 * `shuffled` 20 frames of 6 × 8 pixels in compressed, shuffled chunks of four as `video`, byte n being n modulo 251;
 * `outside` keeps its pixels in /etc/hostname, `virtual` in a dataset of that file, and `linked` is a link to another;
 * `bomb` has one chunk of 1.6 GB; `floats` has frames that are no bytes.
 */
const files = {
  lists:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1AgLAzhG0DFnXJXSfl7uAQxMVQwCSErhAEuJgZGBgY2oBwjA3tqXnJ+SmrKZqhmNgGQKGtJZm5q8XtBqKAeA4lA982UBWAnMDIwMoowMDAxMjIyQ+XgtAgDoySQFoBiRrAoBwMr0HXMTBxA1zEz7mdE9RrDBoYhB9YVhS5iAdLvoX5hBPsSwWcCYh4kPih83J39fcBcAYQeEGCBRf2N/3C9DFDzoOKMIAwLYx6EOBMMI7ttAT/DKBgFo2AUjIJRMApGwSgYBaNgFIyCUTAKBggQM3YiqGAP7fc7MJhwM5j8B0qCx064IGMnv4UgaiVghg7BsRPR9XPyUUU+2EMZDgBh9C+fExMAAA==',
  opaque:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1BQxAThG0DFi8qfH/b3cAliYqhgEkJWCANcTAyMDAxsggxAii05MTe1KHEzzFBnBmoAwyl/24h3QmZuYnpqsRkjVZ3QeYB9A9gJjAyMjCIMDEyMjIzMUDk4zcHAKAqkBYCYFegiZi4OoGuZGZ3QQpRhD8OQBtmxR7n+3/iPIgbkM4IwEp8JhkF8ANqR8IpyAgAA',
  outside:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1DwnRHCN4CKL80R9fX3cAliYqhgEkJWCANcTAxALWyCDECKLa0oMTe1eDPMUGcGaoDzYj/lwE5gZGBkNGFgYGJmZIS6koEJSrNAaVzizDwMjAJweQ4GVqCrmbnYNRjAJgENZtgP1cqBZjuMzwH0PTMjzNdwVTkMdAWLnFnve7g6BoDYEmh+vs+IqlY/tSRZPyO/uCQPGClAPgAyHgXC9wEAAA==',
  shuffled:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1Cwnx3CN4CKCxd27fX3cAliYqhgEkJWCANcTAyMDAxsAgxAirUsMyU1fzPMTBcGqoBPEbN5wU5gZGBkBJrJxMLIKAKVY4PSMI8wQ2lC8sw8DIxAJ4OcDpZlBfqCmZtbjIGRiQnkIUawDIRmAakAGghUw8rIwsbBzMjMtZ8RalAOA13B8fZlyW6OHi4MjCJcrFCxj0wQujO6Xr4iLjkhJSktMTX5+YMnj549fPpYXEBESExQVHj6hCmTpk2cOjk8ICQoLDA0+PqFK5euXbx62dzAxMjM0NR4+4Ytm7Zt3Lq5vKCkqKywtPj7hy+fvn38+pmfg4eLj5OXu7+jp6uvs7fb38PHy8/T1/v8iTOnzp08e1pfQ0dLT1NXe/2KNavWrVy7Oj8jJysvMzf7/Ys3r969fPt6vkHhpSeawct95xsWX3tjWfz8bPyGgouPVL2n68ZvLLr6yjT7+tr7GwovP9ON3p57f2Px9Xe21d/f2hd8uPBQ2b1f1r7w05WXxunn5+4v+HjpqXb4+tj9hZ+vvbUuf3+3/sOHi4/V/efb1n/8dPW1ef79vf8/fLz8XD9+f+3/j5/FD6+4rvndiqFn3f81bo4uTgyMsDi7DaXFGBHhms6MKVbLgik2mRVTbCUbppj9kx13KuI+D+0QZFYWNubWlrZmVxc359eX39+wYMKGjhUzdrQsmbKlZ82cPU2LJm3qWjVrV9uyadv61s3b17hw4sbOlTN3ti6durV37dy9zYsnb+5ePXt3+/LrkLi4IysKTKGzjUpvfZE0Tj87z7j83h9WbnHduE0lNz+JaoevjdtcdvcXr7R57r1Npbe/yVqXv723ufz+P2Z2flm7oi83Pgqr+8+1K/525ye3uH7svqKvt75Km+ff3Vf8/d5fdn5527pPX25+FteP31v3+dvd3/zy9rX/Pn29/V3evt7QwMhw84ZNG4sLigo/f/j0kZuDi7O7o6vT28PL8/SJUye1NbQ0V69YtTI7Iyvz9YtXL6UlpCRnz5g1MzoiKvL2jVs3rS2sLHfv2LWzuqKq8vePXz/ZWdhY21vaWt1d3FyPHzl2VF1FTXX5kmVL01PSUp8/efZUXERMdPqUaVPDQ8JCr1+5dtXcxMx0+5ZtW8tLykq/f/n21X+GReanKYHrg9+VMpjzajVXxO0u/3/wsHv/fJvab3+Ong5ff39P7fd/h4/7z99f8/fb3+Pn43l6fM7orMl5IzMn5o7Nnpo/TE1Oh5QWJT0SmhR0yWhT0SeuLq9TWquyXknNirpltavqF1ub2zG1ZWnPxKaFXTPbVvaNr8/vnN66vHdy8+Lu2e2r+8fY6HhQcWHiQ8GJgRcNNxZ+5Oz0PKm5MvOl5MzIm5Y7K3+ytroeVV2a+lR0auhV062lX3l7fc/qrs19Kzs39q7t3tq/wmp+s2xSX215aZx2bpZt+rs9P7nF9KL2pLzc9FQ7bF3U3rS3u75Km+Xd2pP6ettb67J3t/amv9/3l51PzqrmyYuNj9X95lnVPnuz87O4Xtyumqevtr42z7u3q/b5u72QUFkWLXyiIu7yMC6gSMpe7yA56Ps0nr0AaTVzNr8HAAA=',
  virtual:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1BwXhDCN4CKHzn/1MjfwyWIiaGCSQhZIQxwMTEwMjCwAbUxMrClFSXmphZvhhnqzEANcF7spxzYCYrZ65mykTEDI6MJAwMTMyMjI1QtE5RmgdK4xJl5GBgF4PIcDKxAXzBzc/ABVTCfZ0TSO4dhUINda99fdHf29wG7VQDVz8EMaIGgn1qSrJ+RX1ySB4wlhgoGZiQ5WCCBxZiYofoYwfIgkglKszDcfSLSguKGDn6GUTAKRsEoGAWjYBSMglEwCkbBKBgFo2AU0BgAAE+dQSfPEQAA',
  linked:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1CwGco3gNJTQ8O6/T1cgpgYKpiEkBXCABcTAyMDA5sSAwMjhwNbWlFibmqxGAODfklugX5Rtn6iXoYpgz5EmIHBiIEM4J8ypRgAph7+E7MAAAA=',
  bomb: 'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1CwnxHCN4CKx1v8++Lv4RLExFDBJISsEAa4mBiAWtgEGYAUW1pRYm5q8WaYoc4M1ADnxX7KgZ3AyMDIaMLAwMTMyAh1JYPDHFQalzgzDwOjAFyeg4EV6Gpmbm6gKBPQLBBkAYkrMQBlmFiANjnMcZjDCDcOJYgYKhgGDHyeEtoNAFjqChG/AQAA',
  floats:
    'H4sIAAAAAAACA+v0cHHj5ZLiYubgYICB/1BQzwThG0DFm0OfXPD3cAliYqhgEkJWCANcTAyMDAxsggxAii2tKDE3tXgzzFBnBmqA82I/5cBOYGRgZDRhYGBiZmSEupKBGUqzQGlc4swiDIyCCvYMEA87MJhwM5j8BypiBbqemYsD6DNmxv2MELUHYBZPYBh0gInlpQ/DEAcA7fqv1H8CAAA=',
} as const;

/** The bytes of one of them. */
export const hdf5Example = (name: keyof typeof files): Buffer => gunzipSync(Buffer.from(files[name], 'base64'));
