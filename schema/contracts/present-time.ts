/** Names of SQL functions that give the time at which a query runs, as alternatives of a regular expression, in lower case. */
export const presentTime =
  'now|today|yesterday|getdate|sysdate|systimestamp|current_(?:date|time|timestamp|datetime)|localtime(?:stamp)?|unix_timestamp|utc_timestamp';
